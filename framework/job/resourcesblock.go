package job

import (
	"github.com/hashicorp/hcl/v2"

	"github.com/signalbox-go/signalbox/framework/extension/resources"
	"github.com/signalbox-go/signalbox/framework/scheduler"
)

// loadResources reads a resources block.
func (l *loader) loadResources(b *hcl.Block) *extensionBlock {
	content := l.content(b.Body, resourcesSchema())
	x := &extensionBlock{}
	var limits []resources.Option
	l.decode(content, func(d *decoder) {
		if wall := d.duration("wall_time"); wall > 0 {
			limits = append(limits, resources.Wall(wall))
		}
		if cpu := d.duration("cpu_time"); cpu > 0 {
			limits = append(limits, resources.CPU(cpu))
		}
		if memory := d.bytes("memory"); memory > 0 {
			limits = append(limits, resources.Memory(memory))
		}
	})
	wall, cpu, memory := content.Attributes["wall_time"], content.Attributes["cpu_time"], content.Attributes["memory"]
	if wall != nil || cpu != nil {
		x.events = append(x.events, resources.TimeLimitReached.Name())
	}
	if wall != nil {
		x.events = append(x.events, resources.WallTimeLimitReached.Name())
	}
	if cpu != nil {
		x.events = append(x.events, resources.CPUTimeLimitReached.Name())
	}
	if memory != nil {
		x.events = append(x.events, resources.MemoryLimitReached.Name())
	}
	if len(x.events) == 0 {
		l.fail(b.DefRange, "Argument missing", "resources needs a limit: wall_time, cpu_time or memory.")
	}
	x.extension = func(map[string]*jsonTask) scheduler.Extension { return resources.New(limits...) }
	return x
}
