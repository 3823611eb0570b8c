// Package custom trains forecasting models for one tenant and metric: which of the engine's models
// count, by which weights, on how much history. A trained model is a small document that is the same
// byte for byte for the same data, configuration and seed, and forecasts through the engine itself.
package custom
