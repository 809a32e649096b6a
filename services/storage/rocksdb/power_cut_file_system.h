// A file system on which SIGKILL is a power cut, for tests of durability.
//
// After SIGKILL alone everything that was ever written is still there, in the
// operating system's cache, and a store that never syncs passes every test.
// Here, what is appended to a file stays in this process until it is synced.
//
//   auto files = std::make_shared<PowerCutFileSystem>();
//   std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
//   RocksDbOptions options;
//   options.env = env.get();
//
// More lenient than a real power cut: files are created, renamed and deleted
// at once, and a file that is opened for reading is written out. A process
// that ends in order loses nothing.
#ifndef CONVERGENCE_SERVICES_STORAGE_ROCKSDB_POWER_CUT_FILE_SYSTEM_H_
#define CONVERGENCE_SERVICES_STORAGE_ROCKSDB_POWER_CUT_FILE_SYSTEM_H_

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "rocksdb/file_system.h"

namespace dci::storage {

// Thread-safe.
class PowerCutFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  // Over the operating system's file system.
  PowerCutFileSystem();
  // Writes out what was closed without a sync.
  ~PowerCutFileSystem() override;

  const char* Name() const override { return "PowerCutFileSystem"; }

  // From now on every sync fails, and what it should have kept stays held.
  void FailSyncs() { fail_syncs_ = true; }

  // A file being written, or closed with bytes never synced.
  class Tail;

  rocksdb::IOStatus NewWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* file,
      rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus ReopenWritableFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* file,
      rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus ReuseWritableFile(
      const std::string& path, const std::string& old_path,
      const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSWritableFile>* file,
      rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus NewSequentialFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSSequentialFile>* file,
      rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus NewRandomAccessFile(
      const std::string& path, const rocksdb::FileOptions& options,
      std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
      rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus GetFileSize(const std::string& path,
                                const rocksdb::IOOptions& options,
                                uint64_t* size,
                                rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to,
                             const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* dbg) override;
  rocksdb::IOStatus DeleteFile(const std::string& path,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* dbg) override;

 private:
  void Hold(const std::string& path,
            std::unique_ptr<rocksdb::FSWritableFile>* file);
  rocksdb::IOStatus WriteOut(const std::string& path);

  std::atomic<bool> fail_syncs_{false};
  std::mutex mu_;
  std::map<std::string, std::shared_ptr<Tail>> tails_;  // guarded by mu_
};

}  // namespace dci::storage

#endif  // CONVERGENCE_SERVICES_STORAGE_ROCKSDB_POWER_CUT_FILE_SYSTEM_H_
