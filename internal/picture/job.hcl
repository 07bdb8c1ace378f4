# What runs in the pictures of the README.

variable "folder" {} # for what it writes

plugin "photos" {
  source  = "./plugin"
  workers = 4
}

task "thumbnail" {}

task "enlarge" {
  priority = 5
  limiter {
    max_concurrent = 2
    on_limit       = "queue"
  }
}

task "upload" {
  retry {
    on = ["worker-lost"]
  }
}

on "start" {
  submit "thumbnail" {
    for_each = range(1500)
    input    = each.value
  }
  submit "upload" {
    for_each = range(400)
    input    = each.value
  }
  submit "enlarge" {
    for_each = range(3)
    input    = each.value
  }
}

on "thumbnail.exception" {
  limit = 4
  log   = "no thumbnail: ${event.error}"
}

attach "journal" {
  config {
    file = "${var.folder}/journal.jsonl"
  }
}

attach "logging" {
  config {
    file = "${var.folder}/events.log"
  }
}

run {
  name = "photos"
}
