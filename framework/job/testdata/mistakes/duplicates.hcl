variable "a" { default = 1 }
variable "a" { default = 2 }
plugin "p" { source = "./p" }
plugin "p" { source = "./q" }
task "t" {}
task "t" {}
task "" {}
run {}
run {}
output { path = "a" }
output { path = "b" }
on "start" {
  stop = "a"
  stop {}
}
