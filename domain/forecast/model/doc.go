// Package model holds the models that the forecasting engine combines, one in each file, each with
// the paper it comes from. A model sees a plain series of finite numbers at even distances and
// predicts the points that follow; cleaning before and intervals after are the engine's.
//
// Every model is deterministic, keeps no state between calls and may be used from several goroutines.
package model
