plugin "p" {
  source = "./p"
  wokers = 2
}

task "count" {
  plugin = "q"
  coed   = "x"
}

taks "other" {}

on "start" {
  evry = 2
  submit "cuont" {
    inptu = 1
  }
}

on "count.resutl" {
  log = "x"
}

on "cuont.result" {
  log = "x"
}

on "strat" {
  log = "x"
}

on "count" {
  log = "x"
}

output {
  path  = "x"
  tasks = ["conut"]
}

run {
  time_out = "1m"
}
