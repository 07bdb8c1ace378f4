plugin "p" { source = "./p" }

task "a" {
  retry {
    on            = []
    max_tries     = 3
    memory_factor = 1
  }
}

task "b" {
  retry {
    memory_factor = -1
    on            = [""]
    delay         = "never"
  }
  retry {}
}
