variable "root" {
  default = uper("x")
}

variable "used" {
  default = "x"
}

plugin "p" {
  source = "./p"
  args   = [vra.root, var.rot, used]
  env    = { A = event.name }
}

task "t" {}

on "t.result" {
  when = event.resutl.x > 3 && event.error == "x"
  log  = "${event.result.anything} ${gobl("x")}"
  submit "t" {
    input = each.value
  }
}

on "start" {
  log = "${event.task} ${upper("a", "b")}"
  submit "t" {
    for_each = ["a"]
    input    = { a = each.valeu, b = event.input }
  }
}
