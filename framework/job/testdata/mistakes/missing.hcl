variable "needed" {}

plugin "p" {}

plugin "q" { source = "./q" }

task "t" {}

on "start" {}

on "finishing" {
  submit "t" {}
}

on "stop" {
  level = "info"
  stop  = "x"
}

output {}
