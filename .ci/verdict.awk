# Reads `go test -v`. Prints of a package that passes its line and what it
# skipped and why; of one that fails, all.
{ package = package $0 "\n" }
/^ *--- SKIP/ { skipped = skipped "skipped: " $3 ":" why "\n" }
/^ +[^ ]+_test\.go:[0-9]+: / { why = substr($0, index($0, ": ") + 1) }
/^(ok|FAIL|\?) *\t/ {
  if ($1 == "FAIL") printf "%s", package
  else if ($1 == "ok") printf "%s%s\n", skipped, $0
  package = skipped = ""
}
END { printf "%s", package == "FAIL\n" ? "" : package }
