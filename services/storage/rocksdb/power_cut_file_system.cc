#include "services/storage/rocksdb/power_cut_file_system.h"

#include <utility>

namespace dci::storage {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class PowerCutFileSystem::Tail {
 public:
  Tail(std::unique_ptr<FSWritableFile> file, const std::atomic<bool>* fail)
      : file_(std::move(file)), fail_(fail) {}

  FSWritableFile* file() const { return file_.get(); }

  void Append(const Slice& data) {
    std::lock_guard<std::mutex> lock(mu_);
    held_.append(data.data(), data.size());
  }

  IOStatus Sync() {
    if (*fail_) return IOStatus::IOError("sync was made to fail");
    return WriteOut();
  }

  // To the operating system, where a killed process leaves it.
  IOStatus WriteOut() {
    std::lock_guard<std::mutex> lock(mu_);
    if (held_.empty()) return IOStatus::OK();
    IOStatus status = file_->Append(held_, IOOptions(), nullptr);
    if (status.ok()) status = file_->Flush(IOOptions(), nullptr);
    if (status.ok()) held_.clear();
    return status;
  }

  uint64_t Size() {
    std::lock_guard<std::mutex> lock(mu_);
    return file_->GetFileSize(IOOptions(), nullptr) + held_.size();
  }

 private:
  const std::unique_ptr<FSWritableFile> file_;
  const std::atomic<bool>* const fail_;
  std::mutex mu_;
  std::string held_;
};

namespace {

using Tail = PowerCutFileSystem::Tail;

class HoldingFile final : public rocksdb::FSWritableFileWrapper {
 public:
  explicit HoldingFile(std::shared_ptr<Tail> tail)
      : FSWritableFileWrapper(tail->file()), tail_(std::move(tail)) {}

  IOStatus Append(const Slice& data, const IOOptions&,
                  IODebugContext*) override {
    tail_->Append(data);
    return IOStatus::OK();
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo&,
                  IODebugContext* dbg) override {
    return Append(data, options, dbg);
  }
  // Only direct I/O, which is not on, writes so.
  IOStatus PositionedAppend(const Slice&, uint64_t, const IOOptions&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("positioned append");
  }
  IOStatus PositionedAppend(const Slice&, uint64_t, const IOOptions&,
                            const rocksdb::DataVerificationInfo&,
                            IODebugContext*) override {
    return IOStatus::NotSupported("positioned append");
  }
  // Neither promises anything after a power cut.
  IOStatus Flush(const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&,
                     IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    return tail_->Sync();
  }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return tail_->Sync();
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options,
                    IODebugContext* dbg) override {
    IOStatus status = tail_->WriteOut();
    return status.ok() ? target()->Truncate(size, options, dbg) : status;
  }
  // The file stays open below until the last byte has gone there.
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    return tail_->Size();
  }

 private:
  const std::shared_ptr<Tail> tail_;
};

}  // namespace

PowerCutFileSystem::PowerCutFileSystem()
    : FileSystemWrapper(rocksdb::FileSystem::Default()) {}

PowerCutFileSystem::~PowerCutFileSystem() {
  for (const auto& [path, tail] : tails_)
    tail->WriteOut().PermitUncheckedError();
}

void PowerCutFileSystem::Hold(const std::string& path,
                              std::unique_ptr<FSWritableFile>* file) {
  auto tail = std::make_shared<Tail>(std::move(*file), &fail_syncs_);
  *file = std::make_unique<HoldingFile>(tail);
  std::lock_guard<std::mutex> lock(mu_);
  tails_[path] = std::move(tail);
}

IOStatus PowerCutFileSystem::WriteOut(const std::string& path) {
  std::lock_guard<std::mutex> lock(mu_);
  auto it = tails_.find(path);
  return it == tails_.end() ? IOStatus::OK() : it->second->WriteOut();
}

IOStatus PowerCutFileSystem::NewWritableFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<FSWritableFile>* file, IODebugContext* dbg) {
  IOStatus status = target()->NewWritableFile(path, options, file, dbg);
  if (status.ok()) Hold(path, file);
  return status;
}

IOStatus PowerCutFileSystem::ReopenWritableFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<FSWritableFile>* file, IODebugContext* dbg) {
  IOStatus status = WriteOut(path);
  if (status.ok())
    status = target()->ReopenWritableFile(path, options, file, dbg);
  if (status.ok()) Hold(path, file);
  return status;
}

IOStatus PowerCutFileSystem::ReuseWritableFile(
    const std::string& path, const std::string& old_path,
    const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
    IODebugContext* dbg) {
  IOStatus status = WriteOut(old_path);
  if (status.ok())
    status = target()->ReuseWritableFile(path, old_path, options, file, dbg);
  if (status.ok()) Hold(path, file);
  return status;
}

IOStatus PowerCutFileSystem::NewSequentialFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<rocksdb::FSSequentialFile>* file, IODebugContext* dbg) {
  IOStatus status = WriteOut(path);
  return status.ok() ? target()->NewSequentialFile(path, options, file, dbg)
                     : status;
}

IOStatus PowerCutFileSystem::NewRandomAccessFile(
    const std::string& path, const FileOptions& options,
    std::unique_ptr<rocksdb::FSRandomAccessFile>* file, IODebugContext* dbg) {
  IOStatus status = WriteOut(path);
  return status.ok() ? target()->NewRandomAccessFile(path, options, file, dbg)
                     : status;
}

IOStatus PowerCutFileSystem::GetFileSize(const std::string& path,
                                         const IOOptions& options,
                                         uint64_t* size, IODebugContext* dbg) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    auto it = tails_.find(path);
    if (it != tails_.end()) {
      *size = it->second->Size();
      return IOStatus::OK();
    }
  }
  return target()->GetFileSize(path, options, size, dbg);
}

IOStatus PowerCutFileSystem::RenameFile(const std::string& from,
                                        const std::string& to,
                                        const IOOptions& options,
                                        IODebugContext* dbg) {
  IOStatus status = target()->RenameFile(from, to, options, dbg);
  std::lock_guard<std::mutex> lock(mu_);
  auto node = tails_.extract(from);
  if (!status.ok() || node.empty()) return status;
  node.key() = to;
  tails_.erase(to);
  tails_.insert(std::move(node));
  return status;
}

IOStatus PowerCutFileSystem::LinkFile(const std::string& from,
                                      const std::string& to,
                                      const IOOptions& options,
                                      IODebugContext* dbg) {
  IOStatus status = WriteOut(from);
  return status.ok() ? target()->LinkFile(from, to, options, dbg) : status;
}

IOStatus PowerCutFileSystem::DeleteFile(const std::string& path,
                                        const IOOptions& options,
                                        IODebugContext* dbg) {
  {
    std::lock_guard<std::mutex> lock(mu_);
    tails_.erase(path);
  }
  return target()->DeleteFile(path, options, dbg);
}

}  // namespace dci::storage
