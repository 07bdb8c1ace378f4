plugin "p" {
  source                = "./p"
  max_tasks_per_process = 0
  max_rss               = "much"
  threads               = 0
  nice                  = 20
}

task "none" {
  resources {}
}

task "all" {
  resources {
    wall_time = "0s"
    cpu_time  = "5"
    memory    = "256 megs"
  }
}

task "less" {
  resources {
    wall_time = "-1s"
    cpu_time  = 5
    memory    = 0
    disk      = "1GiB"
  }
  resources {
    memory = "-1MiB"
  }
}

task "time" {
  resources {
    cpu_time = "1s"
  }
}

on "time.memory-limit-reached" {
  log = "x"
}

on "time.cpu-time-limit-reached" {
  log = event.result
}

on "time.time-limit-reached" {
  log = event.attempt
}

on "less.cpu_time-limit-reached" {
  log = "x"
}
