// Package money holds exact decimal arithmetic for bills: reading numbers within stated limits,
// summing them, and splitting an amount so that the parts sum to it. Nothing in it rounds unless
// its name or comment says so, and no floating-point number is used.
package money
