.PHONY: demo test verify eval

demo:
	npm run demo

test:
	npm test

verify:
	npm run verify

eval:
	npm run eval
