plugin "p" { source = "./p" }

task "a" {
  timeout  = "0s"
  priority = 1.5
  limiter {}
  limiter {
    max_calls = 1
  }
}

task "b" {
  limiter {
    max_calls         = 0
    max_concurrent    = -1
    not_while_running = ["b", "aa"]
    rate              = 0
    burst             = 0
    on_limit          = "wait"
  }
  retry {
    attempts     = 1
    on           = ["worker-lost", "decode", "cancelled"]
    delay        = "10s"
    max_delay    = "1s"
    workers_lost = 0
  }
}

task "c" {
  limiter {
    max_calls         = 3
    not_while_running = []
    burst             = 2
    on_limit          = "queue"
  }
}

task "d" {
  limiter {
    max_concurrent = 3
    on_limit       = "queue"
  }
}
