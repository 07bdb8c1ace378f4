task "t" {
  code = "x
}
