package plugin

import (
	"fmt"

	"github.com/signalbox-go/signalbox/framework/task"
)

// Part is something that a plugin is made of; see sdk.Part.
type Part interface{ PluginPart() }

// Plugin is what a process serves.
type Plugin struct {
	codes  []task.Code
	setups []Setup
	events []*EventPlugin
}

// New sorts out the parts. It panics at misuse: a plugin is put together by
// its author, before anything runs.
func New[P Part](parts []P) *Plugin {
	p := &Plugin{}
	names := map[string]bool{}
	for i, part := range parts {
		switch v := any(part).(type) {
		case nil:
			panic(fmt.Sprintf("sdk: part %d of the plugin is nil", i+1))
		case task.Code:
			if !v.Linked() {
				panic(fmt.Sprintf("sdk: task %q has no function: define it with sdk.TaskFunc", v.Code()))
			}
			if names[v.Code()] {
				panic(fmt.Sprintf("sdk: two tasks are called %q: give one another name", v.Code()))
			}
			names[v.Code()] = true
			p.codes = append(p.codes, v)
		case Setup:
			p.setups = append(p.setups, v)
		case *EventPlugin:
			if p.findEvents(v.Name) != nil {
				panic(fmt.Sprintf("sdk: two event plugins are called %q: give one another name", v.Name))
			}
			p.events = append(p.events, v)
		default:
			panic(fmt.Sprintf("sdk: a plugin cannot have a part of type %T: TaskFunc, EventPlugin and Setup make parts", part))
		}
	}
	return p
}

// Codes returns the plugin's tasks, in the order in which they were given.
func (p *Plugin) Codes() []task.Code { return p.codes }

// EventPlugins returns the event plugins, in the order in which they were given.
func (p *Plugin) EventPlugins() []*EventPlugin { return p.events }

func (p *Plugin) findEvents(name string) *EventPlugin {
	for _, e := range p.events {
		if e.Name == name {
			return e
		}
	}
	return nil
}

func (p *Plugin) find(name string) task.Code {
	for _, c := range p.codes {
		if c.Code() == name {
			return c
		}
	}
	return nil
}
