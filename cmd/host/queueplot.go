package main

import (
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	_ "gonum.org/v1/plot/vg/vgimg" // png
	_ "gonum.org/v1/plot/vg/vgsvg" // svg

	"github.com/signalbox-go/signalbox/framework/monitor"
)

// band is one layer of a stacked chart.
type band struct {
	name  string
	color color.Color
	value func(monitor.Sample) float64
}

// The colours can be told apart by those who see few.
var (
	blue   = color.RGBA{0x44, 0x77, 0xaa, 0xff}
	grey   = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}
	yellow = color.RGBA{0xcc, 0xbb, 0x44, 0xff}
	green  = color.RGBA{0x22, 0x88, 0x33, 0xff}
	red    = color.RGBA{0xee, 0x66, 0x77, 0xff}
)

// Layers of both charts, from below. The upper tells what workers do, the lower
// what has become of all that was submitted.
var (
	workerBands = []band{
		{"running", blue, func(s monitor.Sample) float64 { return float64(s.Running) }},
		{"idle", grey, func(s monitor.Sample) float64 { return float64(s.Idle) }},
	}
	futureBands = []band{
		{"finished", green, func(s monitor.Sample) float64 { return float64(s.Finished) }},
		{"cancelled", red, func(s monitor.Sample) float64 { return float64(s.Cancelled) }},
		{"running", blue, func(s monitor.Sample) float64 { return float64(min(s.Running, s.Queue)) }},
		{"waiting", yellow, func(s monitor.Sample) float64 { return float64(s.Waiting()) }},
	}
)

// drawQueue draws both charts, one above the other, over the same time.
func drawQueue(w io.Writer, format, title string, samples []monitor.Sample) error {
	const width, height = 25 * vg.Centimeter, 18 * vg.Centimeter
	canvas, err := draw.NewFormattedCanvas(width, height, format)
	if err != nil {
		return err
	}
	workers, err := stacked(samples, workerBands)
	if err != nil {
		return err
	}
	futures, err := stacked(samples, futureBands)
	if err != nil {
		return err
	}
	workers.Title.Text, workers.Y.Label.Text = title, "workers"
	futures.X.Label.Text, futures.Y.Label.Text = "seconds", "futures"
	plots := [][]*plot.Plot{{workers}, {futures}}
	tiles := draw.Tiles{Rows: 2, Cols: 1, PadX: vg.Millimeter * 4, PadY: vg.Millimeter * 6,
		PadTop: vg.Millimeter * 4, PadBottom: vg.Millimeter * 4, PadLeft: vg.Millimeter * 4, PadRight: vg.Millimeter * 4}
	for i, row := range plot.Align(plots, tiles, draw.New(canvas)) {
		plots[i][0].Draw(row[0])
	}
	_, err = canvas.WriteTo(w)
	return err
}

// stacked makes a chart of layers that lie on one another. What was sampled holds
// until the next sample.
func stacked(samples []monitor.Sample, bands []band) (*plot.Plot, error) {
	p := plot.New()
	p.Legend.Top, p.Legend.Left, p.Legend.ThumbnailWidth = true, true, 3*vg.Millimeter
	p.X.Min, p.Y.Min = 0, 0
	tops := make([]plotter.XYs, len(bands))
	for _, s := range samples {
		sum, x := 0.0, s.Time.Sub(samples[0].Time).Seconds()
		for i, b := range bands {
			sum += b.value(s)
			tops[i] = append(tops[i], plotter.XY{X: x, Y: sum})
		}
	}
	// The uppermost is drawn first: it reaches down to the axis, behind the others.
	for i := len(bands) - 1; i >= 0; i-- {
		if len(samples) == 0 {
			continue
		}
		line, err := plotter.NewLine(tops[i])
		if err != nil {
			return nil, err
		}
		line.StepStyle, line.FillColor, line.Color, line.Width = plotter.PostStep, bands[i].color, bands[i].color, 0
		p.Add(line)
		p.Legend.Add(bands[i].name, line)
	}
	// Room for the legend above the layers.
	p.Y.Min, p.Y.Max = 0, max(1, p.Y.Max*(1.05+0.1*float64(len(bands))))
	p.X.Max = max(p.X.Max, 1e-3)
	return p, nil
}
