plugin "p" {
  source        = ""
  workers       = -1
  start_timeout = "0s"
  grace         = "soon"
  max_message   = "64MB!"
}

plugin "q" {
  source      = "./q"
  workers     = 1.5
  max_message = 100
}

task "t" { plugin = "p" }

on "start" {
  every  = 0
  repeat = -1
  limit  = 0
  log    = "x"
  level  = "loud"
}

run {
  name         = ""
  timeout      = "-1m"
  on_exception = "ignore"
}
