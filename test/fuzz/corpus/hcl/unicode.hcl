naïve-名 = "é 👨‍👩‍👧"
"quoted" = 1
“smart” = 'x'
