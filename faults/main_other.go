//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "faults: the suite looks at /proc, and so is for Linux")
	os.Exit(1)
}
