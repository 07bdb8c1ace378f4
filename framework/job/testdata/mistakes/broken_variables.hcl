# Each variable is a mistake, and all that comes of it is none of its own.
variable "needed" {}

variable "wrong" {
  default = uper("x")
}

plugin "p" {
  source  = "./${var.wrong}"
  workers = var.needed
  args    = [var.needed]
  env     = { A = var.needed }
  config {
    url = var.wrong
  }
}

task "t" {
  code = var.wrong
}

on "start" {
  every = var.needed
  submit "t" {
    for_each = var.needed
    input    = length(var.wrong)
  }
}

output {
  path = var.wrong
}

run {
  timeout = var.needed
}
