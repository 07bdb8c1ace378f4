plugin "p" {
  source  = ["./p"]
  workers = "many"
  args    = "x"
  env     = ["x"]
}

task "t" {
  code = null
}

on "start" {
  repeat = "often"
  hidden = "maybe"
  submit "t" {
    for_each = 5
  }
  submit "t" {
    for_each = null
  }
}

on "t.result" {
  when = event.task + 1
  log  = ["x"]
}

on "t.exception" {
  when = 12
  log  = null
  stop {
    message = []
  }
}

run {
  wait = 3
}
