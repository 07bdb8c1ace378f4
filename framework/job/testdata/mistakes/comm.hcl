plugin "p" { source = "./p" }

task "quiet" {}

task "talks" {
  comm {
    types = "any"
  }
  comm {}
}

on "quiet.comm-message" { log = "x" }
on "talks.comm-mesage" { log = "x" }
on "talks.comm-message" { respond = 1 }
on "talks.comm-request" { log = event.answer }
on "talks.comm-request" { respond = event.data.whatever + nothing }
on "quiet.progress" { log = event.percent }
