plugin "p" {
  source = "./p"
  workers = = 2
}
