# Parses a hundred texts, every third of which is no number, and alerts at every
# tenth that fails, three times:
#
#   go run ./cmd/host run examples/alert/job.hcl
#
# The exit code is 1, as calls fail. The path is relative to where the command is
# run.

variable "alerts" {
  default = "alerts.jsonl"
}

plugin "parse" {
  source = "./parse"
}

task "parse" {}

on "start" {
  submit "parse" {
    for_each = range(100)
    input    = each.value % 3 == 0 ? "number ${each.value}" : "${each.value}"
  }
}

attach "alert" {
  source = "." # the Go main package in the folder of this file

  config {
    file  = var.alerts # or webhook = "http://127.0.0.1:9000/"
    every = 10
  }
}

run {
  name = "alert"
}
