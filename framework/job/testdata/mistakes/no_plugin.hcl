task "t" {}
