// Package secrecy finds the secrets of configurations and keeps them out of everything that is
// stored, shown or logged.
//
// What is secret is known by its place (a rule, a tool's own mark, a name such as password), or by
// its look (a private key, an access token, a password within a URL or a command). Once known, a
// secret is hidden wherever its value appears: in other properties, inside longer texts, escaped as
// JSON or in a URL, in base64 or hexadecimal. Whether two hidden values are equal is shown by a tag.
package secrecy
