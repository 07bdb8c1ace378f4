package main

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"

	"github.com/signalbox-go/signalbox/framework/monitor"
)

// band is one layer of a stacked chart.
type band struct {
	name  string
	color drawing.Color
	value func(monitor.Sample) float64
}

// The colours can be told apart by those who see few.
var (
	blue   = drawing.Color{R: 0x44, G: 0x77, B: 0xaa, A: 0xff}
	grey   = drawing.Color{R: 0xdd, G: 0xdd, B: 0xdd, A: 0xff}
	yellow = drawing.Color{R: 0xcc, G: 0xbb, B: 0x44, A: 0xff}
	green  = drawing.Color{R: 0x22, G: 0x88, B: 0x33, A: 0xff}
	red    = drawing.Color{R: 0xee, G: 0x66, B: 0x77, A: 0xff}
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

// Sizes in pixels, of each of the two charts.
const plotWidth, plotHeight = 1000, 360

// drawQueue draws both charts, one above the other, over the same time.
func drawQueue(w io.Writer, format, title string, samples []monitor.Sample) error {
	if format == "svg" {
		title = html.EscapeString(title) // which go-chart does not
	}
	charts := []chart.Chart{stacked(title, "workers", samples, workerBands), stacked("", "futures", samples, futureBands)}
	charts[1].XAxis.Name = "seconds"
	if format == "svg" {
		return drawSVG(w, charts)
	}
	return drawPNG(w, charts)
}

// drawSVG puts each chart, which is a document, into one, below those before.
func drawSVG(w io.Writer, charts []chart.Chart) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d">`, plotWidth, plotHeight*len(charts))
	for i, c := range charts {
		var one bytes.Buffer
		if err := c.Render(chart.SVG, &one); err != nil {
			return err
		}
		out.WriteString(strings.Replace(one.String(), "<svg ", fmt.Sprintf(`<svg y="%d" `, plotHeight*i), 1))
	}
	out.WriteString("</svg>\n")
	_, err := w.Write(out.Bytes())
	return err
}

func drawPNG(w io.Writer, charts []chart.Chart) error {
	all := image.NewRGBA(image.Rect(0, 0, plotWidth, plotHeight*len(charts)))
	for i, c := range charts {
		var one chart.ImageWriter
		if err := c.Render(chart.PNG, &one); err != nil {
			return err
		}
		img, err := one.Image()
		if err != nil {
			return err
		}
		draw.Draw(all, image.Rect(0, plotHeight*i, plotWidth, plotHeight*(i+1)), img, image.Point{}, draw.Src)
	}
	return png.Encode(w, all)
}

// stacked makes a chart of layers that lie on one another. What was sampled holds
// until the next sample.
func stacked(title, unit string, samples []monitor.Sample, bands []band) chart.Chart {
	// go-chart draws no axis without a length.
	last, most := 1e-3, 1.0
	tops := make([]chart.ContinuousSeries, len(bands))
	for i, b := range bands {
		tops[i] = chart.ContinuousSeries{Name: b.name, XValues: []float64{0}, YValues: []float64{0},
			Style: chart.Style{FillColor: b.color, StrokeColor: b.color, StrokeWidth: 1}}
	}
	before := make([]float64, len(bands))
	for n, s := range samples {
		sum, x := 0.0, s.Time.Sub(samples[0].Time).Seconds()
		for i, b := range bands {
			sum += b.value(s)
			top := &tops[i]
			if n > 0 {
				top.XValues, top.YValues = append(top.XValues, x), append(top.YValues, before[i])
			}
			top.XValues, top.YValues = append(top.XValues, x), append(top.YValues, sum)
			before[i] = sum
		}
		last, most = max(last, x), max(most, sum)
	}
	c := chart.Chart{
		Title: title, TitleStyle: chart.Style{FontSize: 12},
		Width: plotWidth, Height: plotHeight,
		Background: chart.Style{Padding: chart.Box{Top: 40, Left: 130, Right: 20, Bottom: 20}},
		XAxis:      chart.XAxis{Ticks: ticks(last, 10)},
		YAxis:      chart.YAxis{Name: unit, Ticks: ticks(most, 5)},
	}
	// The uppermost is drawn first: it reaches down to the axis, behind the others.
	for i := len(bands) - 1; i >= 0; i-- {
		c.Series = append(c.Series, tops[i])
	}
	c.Elements = []chart.Renderable{chart.LegendLeft(&c)}
	return c
}

// ticks returns 0 and at most n round numbers, the last of which is top or the
// first above it: go-chart has an axis end at its last tick.
func ticks(top float64, n int) []chart.Tick {
	step := math.Pow(10, math.Floor(math.Log10(top/float64(n))))
	for _, factor := range []float64{2, 2.5, 2} { // 2, 5, 10
		if step*float64(n) < top {
			step *= factor
		}
	}
	var out []chart.Tick
	for i := 0.0; ; i++ {
		out = append(out, chart.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'g', 6, 64)})
		if i*step >= top {
			return out
		}
	}
}
