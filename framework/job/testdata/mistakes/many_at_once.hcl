variable "root" {
  defualt = "x"
}

plugin "gostats" {
  source  = "./plugin"
  workers = -2
}

task "count" {
  plugin = "gostat"
}

on "start" {
  submit "count" {
    for_each = globb("*.go")
    input    = { path = each.vlaue }
  }
}

on "count.exception" {
  limit = 0
  log   = "${event.inptu}"
}
