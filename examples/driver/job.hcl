# A run that an event plugin drives from a process of its own:
#
#   go run ./cmd/host run examples/driver/job.hcl

plugin "driver" {
  source  = "." # the Go main package in the folder of this file
  workers = 2
}

task "double" {}

attach "driver" {
  source = "." # the same executable
  allow  = ["submit", "stop"]
}

on "double.result" {
  log = "result ${event.result}"
}
