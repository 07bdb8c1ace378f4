// Package analysis counts what is in a Go source file: the work of this
// example, the same in a plugin of its own and in a program that is its own
// worker. It knows nothing of schedulers.
package analysis
