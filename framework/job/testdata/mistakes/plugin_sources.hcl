plugin "absent" { source = "./absent" }
plugin "plain" { source = "../nogo/plain.txt" }
plugin "nogo" { source = "../nogo" }
plugin "notmain" { source = "../notmain" }
plugin "null" { source = "/dev/null" }
plugin "sum" {
  source = "../nogo/script.sh"
  sha256 = "00"
}
plugin "wrong" {
  source = "../nogo/script.sh"
  sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
  dir    = "nowhere"
}
plugin "folder" {
  source = "../broken"
  sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
}
