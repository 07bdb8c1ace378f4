plugin "p" {
  source = "../nogo/script.sh"
  dir    = "a\u0000"
}

plugin "q" {
  source = "../nogo/script.sh\u0000"
}
