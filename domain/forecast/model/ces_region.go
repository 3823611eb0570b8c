package model

import "math"

// A search for the parameters of complex smoothing knows them by their places. The first one is how far α lies on the
// way through the region, as wide as its imaginary part lets it be, in which the form without season is stable, so that
// what is long past counts ever less: (α₀−½)² + (α₁−1)² > ¼ and (α₀−2½)² + α₁² > 1¼ in the paper. The best α often
// lies at its far edge, which so becomes the end of a span; at the near one a level would learn nothing. The others are
// as they are.

// complexSpans are where the places lie.
var complexSpans = [complexParameters]span{
	{0.1, 1 - 1e-4}, {0.6, 1.1}, {math.Inf(-1), math.Inf(1)}, {math.Inf(-1), math.Inf(1)},
}

// complexEdge is an end of the region, and how it moves with the imaginary part.
type complexEdge struct{ at, slope float64 }

// complexEdges returns the least and the greatest α₀ for an α₁.
func complexEdges(im float64) (low, high complexEdge) {
	l, h := math.Sqrt(0.25-(im-1)*(im-1)), math.Sqrt(1.25-im*im)
	return complexEdge{0.5 + l, (1 - im) / l}, complexEdge{2.5 - h, im / h}
}

// place returns the places of the parameters.
func (f *complexFit) place() [complexParameters]float64 {
	at := f.parameters
	low, high := complexEdges(at[1])
	at[0] = (at[0] - low.at) / (high.at - low.at)
	return at
}

// put sets the parameters to their places, and returns how the real part of α changes with its place and with the
// imaginary part.
func (f *complexFit) put(places []float64) (byPlace, byImaginary float64) {
	copy(f.parameters[:], places)
	low, high := complexEdges(places[1])
	byPlace = high.at - low.at
	f.parameters[0] = low.at + places[0]*byPlace
	return byPlace, low.slope + places[0]*(high.slope-low.slope)
}
