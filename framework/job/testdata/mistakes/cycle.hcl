variable "a" {
  default = var.b
}

variable "b" {
  default = "${var.c}/x"
}

variable "c" {
  default = upper(var.a)
}

variable "self" {
  default = var.self
}

on "start" {
  log = var.a
}
