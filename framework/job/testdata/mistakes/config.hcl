plugin "p" {
  source = "./p"
  config {
    webhook = uper("x")
    nested {
    }
  }
  config {}
}
