plugin "p" { source = "./p" }

task "t" {
  resources {
    memory = "256MiB"
  }
}
