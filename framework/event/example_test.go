package event_test

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/event"
)

// An emitter on its own, and an event with a value.
func Example() {
	emitter := event.NewEmitter("my-emitter")
	myEvent := event.New[int]("my-event")

	event.On(emitter, myEvent, func(x int) { fmt.Printf("Got %d!\n", x) })
	event.Emit(emitter, myEvent, 42)
	// Output: Got 42!
}

var answered = event.New[string]("answered")

// GPT is an object with an event of its own, to which users subscribe by a
// field.
type GPT struct{ OnAnswer event.Subscriber[string] }

func NewGPT() *GPT { return &GPT{OnAnswer: event.SubscriberOf(event.NewEmitter("gpt"), answered)} }

func (g *GPT) Ask(question string) { g.OnAnswer.Emit("hello world!") }

// Objects carry an emitter each, so that the same event of two objects has
// callbacks of its own.
func ExampleSubscriber() {
	gpt, other := NewGPT(), NewGPT()
	gpt.OnAnswer.Do(func(answer string) { fmt.Println(answer) }, event.Limit(1))

	gpt.Ask("What is the canonical way for an AI to greet someone?")
	gpt.Ask("And again?")
	other.Ask("Is anybody there?")
	fmt.Println(gpt.OnAnswer.Count(), other.OnAnswer.Count())
	// Output:
	// hello world!
	// 2 1
}

func ExampleSignalSubscriber() {
	closing := event.SignalSubscriberOf(event.NewEmitter("door"), event.NewSignal("closing"))
	closing.Do(func() { fmt.Println("mind the gap") })
	closing.Emit()
	// Output: mind the gap
}

// numbers emits 1 to n to a callback that prints them.
func numbers(n int, opts ...event.Option) {
	emitter, number := event.NewEmitter("numbers"), event.New[int]("number")
	event.On(emitter, number, func(i int) { fmt.Print(i, " ") }, opts...)
	for i := range n {
		event.Emit(emitter, number, i+1)
	}
}

func ExampleEvery() {
	numbers(6, event.Every(2))
	// Output: 2 4 6
}

func ExampleRepeat() {
	numbers(3, event.Repeat(2))
	// Output: 1 1 2 2 3 3
}

func ExampleLimit() {
	numbers(6, event.Repeat(3), event.Limit(5))
	// Output: 1 1 1 2 2
}

func ExampleWhen() {
	weekday := false
	numbers(4, event.When(func() bool { weekday = !weekday; return weekday }))
	// Output: 1 3
}

func ExampleHidden() {
	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	h := event.OnSignal(em, sig, func() { fmt.Println("keeping books") }, event.Hidden())
	event.EmitSignal(em, sig)
	fmt.Println(h.Hidden())
	// Output:
	// keeping books
	// true
}

func ExampleNamed() {
	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	fmt.Println(event.OnSignal(em, sig, func() {}, event.Named("count bad")).Name())
	// Output: count bad
}

// Handlers of several events are called by order of subscription.
func ExampleEmitMany() {
	em := event.NewEmitter("e")
	number, text := event.New[int]("number"), event.New[string]("text")
	event.On(em, text, func(s string) { fmt.Println("first:", s) })
	event.On(em, number, func(n int) { fmt.Println("second:", n) })
	event.EmitMany(em, event.Of(number, 1), event.Of(text, "one"))
	// Output:
	// first: one
	// second: 1
}

func ExampleHandler_Unsubscribe() {
	em, sig := event.NewEmitter("e"), event.NewSignal("s")
	h := event.OnSignal(em, sig, func() { fmt.Println("called") })
	event.EmitSignal(em, sig)
	h.Unsubscribe()
	event.EmitSignal(em, sig)
	fmt.Println(h.Seen(), h.Calls())
	// Output:
	// called
	// 1 1
}

func ExampleEmitter_Lookup() {
	em := event.NewEmitter("gpt")
	em.Add(answered)
	status, err := em.Lookup("answered")
	fmt.Println(status.Name, status.ValueType, status.Count, err)
	_, err = em.Lookup("asked")
	fmt.Println(err)
	// Output:
	// answered string 0 <nil>
	// event: unknown event "asked" on emitter gpt: known are answered
}
