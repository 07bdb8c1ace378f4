plugin "p" {
  source = "./p\u0000"
  args   = ["a", null]
  dir    = "a\u0000"
  env    = { A = "a", B = null }
  config {
    ratio = 1 / 0
  }
}

task "t" {}

output {
  path = "-"
}
