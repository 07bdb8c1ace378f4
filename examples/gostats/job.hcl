# Analyses every Go file below a folder, one JSON line per file:
#
#   go run ./cmd/host run examples/gostats/job.hcl
#   go run ./cmd/host run --var root=framework --var out=mine.jsonl examples/gostats/job.hcl
#
# Both paths are relative to where the command is run.

variable "root" {
  default = "${goenv("GOROOT")}/src"
}

variable "out" {
  default = "gostats.jsonl"
}

plugin "gostats" {
  source = "./plugin" # a Go main package, relative to this file; one worker per CPU
}

task "count" {
  plugin = "gostats"
}

on "start" {
  submit "count" {
    for_each = glob("${globescape(abspath(var.root))}/**/*.go") # regular files only
    input    = { path = each.value }
  }
}

on "count.exception" {
  limit = 10
  log   = "cannot read ${event.input.path}: ${event.error}"
}

output {
  path = var.out
}

run {
  name    = "gostats"
  timeout = "10m"
}
