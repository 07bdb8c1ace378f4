//go:build linux

package process_test

import "os"

// acts are the other parts that this binary plays.
func acts() map[string]func() {
	return map[string]func(){
		"silent death": func() { os.Exit(7) },
	}
}
