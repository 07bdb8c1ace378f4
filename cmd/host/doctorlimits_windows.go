package main

import "context"

func openFiles(context.Context) finding {
	return finding{Check: "open files", Result: fine, Finding: "not limited on this system"}
}
