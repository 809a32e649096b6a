# Sourced by the launchers: builds a program when its sources changed.

# Prints the path of the program that a target builds, optimised. Needs `root`,
# the top of the repository. Bazel is asked only when a file is newer than the
# last build, so that a launcher costs a few milliseconds.
built_program() {
  local label=$1 target path record fresh
  target=${label#//}
  record=$root/.out/programs/${target//[\/:]/-}
  if [[ -f $record ]]; then
    path=$(<"$record")
    if [[ -x $path && -z $(changed_since "$record") ]]; then
      echo "$path"
      return
    fi
  fi
  mkdir -p "$root/.out/programs"
  # Made before the build: what is saved meanwhile counts as newer.
  fresh=$(mktemp "$record.XXXXXX")
  if path=$(build_program "$label"); then
    path+=/${target/://}
    echo "$path" >"$fresh.path"
    touch -r "$fresh" "$fresh.path"
    mv "$fresh.path" "$record"
  fi
  rm -f "$fresh"
  [[ -n $path ]] || return 1
  echo "$path"
}

# Builds a target and prints the folder that programs are built in.
build_program() {
  local bazel=${BAZEL:-bazel}
  cd "$root" &&
    "$bazel" build -c opt --ui_event_filters=-info "$1" >&2 &&
    "$bazel" info -c opt bazel-bin 2>/dev/null
}

# The first file or folder that is newer than the given file.
changed_since() {
  find "$root"/{WORKSPACE,.bazelrc,protos,services,clients,tools,third_party} \
    -newer "$1" -print -quit 2>/dev/null
}
