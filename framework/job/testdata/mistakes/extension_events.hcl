plugin "p" { source = "./p" }

task "a" {}

task "c" {
  limiter { max_calls = 3 }
}

task "d" {
  limiter {
    max_concurrent = 3
    on_limit       = "queue"
  }
}

task "b" {
  retry {}
}

on "a.call-limit-reached" { log = "x" }

on "c.call-limit-reached" { log = event.result }

on "d.concurrent-limit-reached" { log = "it waits" }

on "b.retry-scheduled" { log = "${event.attempt} ${event.delay} ${event.other}" }

on "c.call-limit-raeched" { log = "x" }

on "retry-scheduled" { log = "x" }

on "start" {
  submit "a" {
    timeout  = "soon"
    priority = 0.5
  }
  submit "a" {
    for_each = [1]
    priority = "high"
    timeout  = null
  }
}
