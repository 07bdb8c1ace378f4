plugin "p" { source = "./p" }

task "t" {}

on "start" {
  submit "t" {
    for_each = glob("nothing/**/*.here")
  }
}

on "t.result" {
  submit "t" {
    for_each = glob("may/come/later/*")
  }
}

on "start" {
  log = file("absent.txt")
}

on "start" {
  log = glob("[")[0]
}

on "start" {
  log = goenv("GOROT")
}

on "start" {
  log = env("JOB_TEST_ABSENT_VARIABLE")
}
