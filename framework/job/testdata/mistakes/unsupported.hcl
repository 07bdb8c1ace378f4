plugin "p" { source = "./p" }

task "t" {
  resources {
    memory = "256MiB"
  }
  retry {
    attempts = 2
  }
  limiter {}
  comm {}
}
