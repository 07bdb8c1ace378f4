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

attach "metrics" {
  config {
    listen = "127.0.0.1:9464"
  }
}
