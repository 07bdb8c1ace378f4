# job.hcl with all that the host brings along to watch a run:
#
#   go run ./cmd/host run examples/gostats/watched.hcl
#   go run ./cmd/host journal stats gostats.journal
#
# While it runs, http://127.0.0.1:9464 lists its metrics.

variable "root" {
  default = "${goenv("GOROOT")}/src"
}

# What the names of all files begin with.
variable "out" {
  default = "gostats"
}

variable "listen" {
  default = "127.0.0.1:9464"
}

plugin "gostats" {
  source = "./plugin"
}

task "count" {}

on "start" {
  submit "count" {
    for_each = glob("${globescape(abspath(var.root))}/**/*.go")
    input    = { path = each.value }
  }
}

attach "logging" {
  config {
    file   = "${var.out}.log"
    format = "json"
  }
}

attach "metrics" {
  config {
    listen   = var.listen
    textfile = "${var.out}.prom"
  }
}

attach "journal" {
  config {
    file = "${var.out}.journal"
  }
}

output {
  path = "${var.out}.jsonl"
}

run {
  name    = "gostats"
  timeout = "10m"
}
