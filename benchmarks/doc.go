// Package benchmarks measures Signalbox beside what its users would otherwise
// take. It is a module of its own, so that no peer enters the module that users
// depend on.
//
//	go test -run '^$' -bench . ./...
//
// Figures of different runs do not compare: machines are noisy. Peers run in
// the same benchmark function as ours, in turns, and what is quoted is the
// ratio that it reports.
package benchmarks
