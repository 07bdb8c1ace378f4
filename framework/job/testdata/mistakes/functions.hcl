plugin "p" { source = "./p" }

on "start" {
  log = jsonencode(range(0, 3, 0))
}

on "start" {
  log = jsonencode(range(0, 3, -1))
}

on "start" {
  log = jsonencode(range(1000001))
}

on "start" {
  log = jsonencode(range(1, 2, 3, 4))
}

on "start" {
  log = length(5)
}

on "start" {
  log = length(true)
}
