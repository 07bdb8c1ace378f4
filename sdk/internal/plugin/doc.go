// Package plugin is the plugin's end of the protocol, over whatever connection
// it is served: what a plugin is made of, its one session, the worker that runs
// tasks, and the log lines that it writes. What belongs to a process of its own
// (handshake, stdout, signals) is package sdk's; package sdktest serves the
// same code within a test.
package plugin
