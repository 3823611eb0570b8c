// Package allocation turns a bill and metered usage into exact charges per tenant.
//
// A mapping leads every row of the bill to a tenant, to a pool of shared cost or to a reserved
// account; rules split each pool among tenants. The arithmetic is rule version "lrm-1": a tenant's
// share is an exact rational number, each cell is the ideal amount rounded toward zero, and what is
// left over goes in single quanta to the largest remainders, so that the cells of a pool sum to the
// pool. No floating-point number is used anywhere in this package.
package allocation

// Version names the arithmetic; it is recorded with every result.
const Version = "lrm-1"
