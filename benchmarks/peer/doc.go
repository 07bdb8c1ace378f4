// Package peer holds what Signalbox is measured against: what a user would
// otherwise write by hand, and the limits of the machine.
//
// Each peer does its work n times, checks the total of what came back, and
// tells how long that took. Its processes are started before, and are further
// copies of the program that measures, but for Python's.
package peer
