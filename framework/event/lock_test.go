package event_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signalbox-go/signalbox/framework/event"
)

// TestEmittingTakesNoLock reads the sources: whatever an emission can call in
// this package, none of it locks anything. No test could notice a lock that is
// free.
func TestEmittingTakesNoLock(t *testing.T) {
	t.Parallel()

	calls := callsByFunction(t)
	todo, reached := []string{"Emit", "EmitSignal", "emit", "Deliver", "deliver"}, map[string]bool{}
	for len(todo) > 0 {
		fn := todo[0]
		todo = todo[1:]
		if reached[fn] || fn == "learn" { // for the first emission of what was not known
			continue
		}
		reached[fn] = true
		for _, callee := range calls[fn] {
			require.NotContains(t, []string{"Lock", "RLock", "TryLock", "TryRLock", "Wait", "Do"}, callee, "in %s, which an emission calls", fn)
			todo = append(todo, callee)
		}
	}
	for _, fn := range []string{"call", "callGuarded", "due", "claim", "subscriptions", "settle"} {
		require.True(t, reached[fn], "%s is part of an emission", fn)
	}
	require.Contains(t, slices.Concat(calls["subscribe"], calls["learn"]), "Lock", "the test can tell")
}

// callsByFunction tells by name which functions and methods each function or
// method of this package calls.
func callsByFunction(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	calls := map[string][]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range parsed.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					calls[fn.Name.Name] = append(calls[fn.Name.Name], calleeOf(c.Fun))
				}
				return true
			})
		}
	}
	return calls
}

func calleeOf(fn ast.Expr) string {
	switch fn := fn.(type) {
	case *ast.Ident:
		return fn.Name
	case *ast.SelectorExpr:
		return fn.Sel.Name
	case *ast.IndexExpr: // topicOf[T]
		return calleeOf(fn.X)
	}
	return ""
}

func TestEmittingAllocatesNothing(t *testing.T) {
	type wide struct {
		text string
		rest [10]int
	}
	em := event.NewEmitter("e")
	_, owned, by := owned(t)
	value, ev, sig := wide{"x", [10]int{1}}, event.New[wide]("wide"), event.NewSignal("sig")
	for _, opts := range [][]event.Option{nil, {event.Every(2), event.Repeat(2), event.Limit(1 << 40), event.When(func() bool { return true })}} {
		for _, on := range []*event.Emitter{em, owned} {
			event.On(on, ev, func(wide) {}, opts...)
			event.OnSignal(on, sig, func() {}, opts...)
		}
	}
	sub, subSig := event.SubscriberOf(em, ev), event.SignalSubscriberOf(em, sig)
	ownedSub, ownedSig := event.SubscriberOf(owned, ev), event.SignalSubscriberOf(owned, sig)
	for what, emit := range map[string]func(){
		"Emit on a subscriber":          func() { sub.Emit(value) },
		"Emit on a subscriber (signal)": subSig.Emit,
		"Emit":                          func() { event.Emit(em, ev, value) },
		"EmitSignal":                    func() { event.EmitSignal(em, sig) },
		"Deliver":                       func() { event.Deliver(by, ownedSub, value) },
		"DeliverSignal":                 func() { event.DeliverSignal(by, ownedSig) },
	} {
		require.Zero(t, testing.AllocsPerRun(100, emit), what)
	}
}
