.PHONY: demo test verify eval bench

demo:
	npm run demo

test:
	npm test

verify:
	npm run verify

eval:
	npm run eval

bench:
	npm run bench:gate
	npm run bench:audit
	npm run bench:match
