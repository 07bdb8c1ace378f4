// Package notmain is no plugin.
package notmain
